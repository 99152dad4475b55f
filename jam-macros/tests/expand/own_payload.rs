///The payload of the handler `get_user`.
#[derive(
    ::core::clone::Clone,
    ::core::fmt::Debug,
    renamed::__private::serde::Serialize,
    renamed::__private::serde::Deserialize,
    renamed::JamPayload
)]
#[serde(crate = "renamed::__private::serde")]
#[jam(crate = renamed)]
#[allow(missing_docs, unreachable_pub, clippy::exhaustive_structs)]
pub struct GetUserPayload {
    #[jam(sub)]
    pub user: u64,
    pub names: HashMap<String, String>,
}
pub async fn get_user(user: Auth<GetUserPayload, get_user>) {}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
pub struct get_user {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    use renamed::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = renamed::options::backend;
        let _ = renamed::options::payload;
    }
    #[automatically_derived]
    impl __jam::Rule for get_user {
        type Payload = GetUserPayload;
        type Front = __jam::Gate;
        fn rule<Lazily>() -> &'static __jam::Access<GetUserPayload> {
            const { &__jam::said([__jam::Word::Backend("jwt")]) }
        }
    }
    fn __jam_check() {
        __jam::need_send1(get_user)
    }
};

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
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = renamed::options::backend;
        let _ = renamed::options::payload;
    }
    #[automatically_derived]
    impl renamed::__private::Rule for get_user {
        type Payload = GetUserPayload;
        type Front = renamed::__private::Gate;
        fn rule() -> &'static renamed::__private::HandlerRule<get_user> {
            static RULE: renamed::__private::HandlerRule<get_user> = {
                let rule = renamed::__private::HandlerRule::user();
                let rule = rule.backend("jwt");
                rule
            };
            &RULE
        }
    }
    fn __jam_check(a0: Auth<GetUserPayload, get_user>) {
        renamed::__private::need_send(&get_user(a0));
    }
};

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
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
pub struct get_user {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl renamed::__private::Rule for get_user {
    type Payload = GetUserPayload;
    type Front = renamed::__private::Gate;
    const WORDS: &'static str = "backend=jwt";
    fn check() {
        return;
        renamed::__private::need_send1(get_user)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        renamed::options::backend;
        renamed::options::payload;
    }
}

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
pub async fn get_user(
    user: Auth<GetUserPayload, renamed::__private::Gated<__jam_rule_of_get_user>>,
) {}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
pub struct __jam_rule_of_get_user {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl renamed::__private::AttributeRule<GetUserPayload> for __jam_rule_of_get_user {
    const WORDS: &'static str = "backend=jwt";
    fn check() {
        return;
        renamed::__private::takes_gated1::<Self, _, _>(get_user)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        renamed::options::backend;
        renamed::options::payload;
    }
}

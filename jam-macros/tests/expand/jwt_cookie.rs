/// Who am I?
#[instrument(skip_all)]
pub async fn get_user(
    user: Auth<User, ::jam::__private::Gated<__jam_rule_of_get_user>>,
    Path(id): Path<u64>,
) -> Json<User> {}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
pub struct __jam_rule_of_get_user {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::AttributeRule<User> for __jam_rule_of_get_user {
    const WORDS: &'static str = "backend=jwt cookie=jwt";
    fn check() {
        return;
        ::jam::__private::need_response::<Json<User>>();
        ::jam::__private::takes_gated2::<Self, _, _, _>(get_user)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::backend;
        ::jam::options::cookie;
    }
}

async fn me(_: Auth<User, ::jam::__private::Gated<__jam_rule_of_me>>) {}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
struct __jam_rule_of_me {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::AttributeRule<User> for __jam_rule_of_me {
    fn rule<__Lazily>() -> &'static ::jam::__private::Access<User> {
        const { &self::rules::WEB }
    }
    fn check() {
        return;
        ::jam::__private::takes_gated1::<Self, _, _>(me)
    }
}
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
const _: () = {
    ::jam::__private::required(self::rules::WEB);
};

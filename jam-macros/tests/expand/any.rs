async fn me(_: Auth<User, ::jam::__private::Gated<__jam_rule_of_me>>) {}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
struct __jam_rule_of_me {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::AttributeRule<User> for __jam_rule_of_me {
    fn rule<__Lazily>() -> &'static ::jam::__private::Access<User> {
        const {
            &::jam::__private::said([
                ::jam::__private::Word::Plain(
                    "backend=jwt or backend=session cookie=sid",
                ),
                ::jam::__private::of::<User>().role(Role::A),
                ::jam::__private::Word::Plain(
                    "fresh=90 hide or backend=jwt cookie all login=/login",
                ),
                ::jam::__private::of::<User>().scope("a"),
            ])
        }
    }
    fn check() {
        return;
        ::jam::__private::takes_gated1::<Self, _, _>(me)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::cookie;
        ::jam::options::hide;
        ::jam::options::fresh;
        ::jam::options::role;
        ::jam::options::cookie;
        ::jam::options::any;
        ::jam::options::scope;
        ::jam::options::login;
    }
}
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
const _: () = {
    let _ = ::jam::__private::of::<User>().scope("a");
};

async fn me(_: Auth<User, me>) {}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
struct me {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
impl ::jam::__private::Rule for me {
    type Payload = User;
    type Front = ::jam::__private::Gate;
    fn rule<Lazily>() -> &'static ::jam::__private::Access<User> {
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
        ::jam::__private::need_send1(me)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        let _ = ::jam::options::cookie;
        let _ = ::jam::options::hide;
        let _ = ::jam::options::fresh;
        let _ = ::jam::options::role;
        let _ = ::jam::options::cookie;
        let _ = ::jam::options::any;
        let _ = ::jam::options::scope;
        let _ = ::jam::options::login;
    }
}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    let _ = ::jam::__private::of::<User>().scope("a");
};

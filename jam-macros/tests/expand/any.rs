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
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    use ::jam::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::cookie;
        let _ = ::jam::options::hide;
        let _ = ::jam::options::fresh;
        let _ = ::jam::options::role;
        let _ = ::jam::options::cookie;
        let _ = ::jam::options::any;
        let _ = ::jam::options::scope;
        let _ = ::jam::options::login;
    }
    #[automatically_derived]
    impl __jam::Rule for me {
        type Payload = User;
        type Front = __jam::Gate;
        fn rule<Lazily>() -> &'static __jam::Access<User> {
            const {
                &__jam::said([
                    __jam::Word::Backend("jwt"),
                    __jam::Word::Or,
                    __jam::Word::Backend("session"),
                    __jam::Word::Cookie("sid"),
                    __jam::of::<User>().role(Role::A),
                    __jam::Word::Fresh(90),
                    __jam::Word::Hide,
                    __jam::Word::Or,
                    __jam::Word::Backend("jwt"),
                    __jam::Word::CookieDefault,
                    __jam::Word::All,
                    __jam::Word::Login("/login"),
                    __jam::of::<User>().scope("a"),
                ])
            }
        }
    }
    fn __jam_check() {
        __jam::need_send1(me)
    }
    let _ = __jam::of::<User>().scope("a");
};

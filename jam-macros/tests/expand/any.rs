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
    impl ::jam::__private::Rule for me {
        type Payload = User;
        type Front = ::jam::__private::Gate;
        fn rule() -> &'static ::jam::__private::HandlerRule<me> {
            static RULE: ::jam::__private::HandlerRule<me> = {
                let rule = ::jam::__private::HandlerRule::user();
                let rule = rule.backend("jwt");
                let rule = rule
                    .or({
                        let rule = ::jam::__private::HandlerRule::user();
                        let rule = rule.backend("session");
                        let rule = rule.cookie("sid");
                        let rule = rule.role(Role::A);
                        let rule = rule.fresh(::core::time::Duration::from_secs(90));
                        let rule = rule.hide();
                        rule
                    });
                let rule = rule
                    .or({
                        let rule = ::jam::__private::HandlerRule::user();
                        let rule = rule.backend("jwt");
                        let rule = rule.cookie_default();
                        rule
                    });
                let rule = rule.login("/login");
                let rule = rule.scope("a");
                rule
            };
            &RULE
        }
    }
    fn __jam_check(a0: Auth<User, me>) {
        ::jam::__private::need_send(&me(a0));
    }
};

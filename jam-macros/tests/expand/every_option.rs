async fn edit<D: Db, const N: usize>(
    mut user: jam::Auth<User, edit>,
    db: State<D>,
) -> impl IntoResponse
where
    D: Clone,
{}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
struct edit {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = crate::auth::jam::options::backend;
        let _ = crate::auth::jam::options::header;
        let _ = crate::auth::jam::options::cookie;
        let _ = crate::auth::jam::options::hide;
        let _ = crate::auth::jam::options::scope;
        let _ = crate::auth::jam::options::fresh;
        let _ = crate::auth::jam::options::login;
        let _ = crate::auth::jam::options::any_role;
        let _ = crate::auth::jam::options::role;
    }
    #[automatically_derived]
    impl crate::auth::jam::__private::Rule for edit {
        type Payload = User;
        type Front = crate::auth::jam::__private::Gate;
        fn rule() -> &'static crate::auth::jam::__private::HandlerRule<edit> {
            static RULE: crate::auth::jam::__private::HandlerRule<edit> = {
                let rule = crate::auth::jam::__private::HandlerRule::user();
                let rule = rule.backend("session");
                let rule = rule.header("x-id");
                let rule = rule.cookie_default();
                let rule = rule.login("/login");
                let rule = rule.role(Role::C);
                let rule = rule.any_role(&[Role::A, Role::B]);
                let rule = rule.scope("a");
                let rule = rule.scope("b");
                let rule = rule.fresh(::core::time::Duration::from_secs(300));
                let rule = rule.hide();
                rule
            };
            &RULE
        }
    }
    fn __jam_check<D: Db, const N: usize>(a0: jam::Auth<User, edit>, a1: State<D>)
    where
        D: Clone,
    {
        crate::auth::jam::__private::need_send(&edit::<D, N>(a0, a1));
    }
};

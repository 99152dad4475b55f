async fn update(user: Auth<User, update>, State(app): State<App>) {}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
struct update {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::header;
        let _ = ::jam::options::any;
        let _ = ::jam::options::policy;
    }
    #[automatically_derived]
    impl ::jam::__private::Rule for update {
        type Payload = User;
        type Front = ::jam::__private::GateAnd<Self>;
        fn rule() -> &'static ::jam::__private::HandlerRule<update> {
            static RULE: ::jam::__private::HandlerRule<update> = {
                let rule = ::jam::__private::HandlerRule::user();
                let rule = rule.backend("jwt");
                let rule = rule
                    .or({
                        let rule = ::jam::__private::HandlerRule::user();
                        let rule = rule.backend_type::<keys::ApiKeys<A, B>>();
                        let rule = rule.header("x-api-key");
                        rule
                    });
                rule
            };
            &RULE
        }
    }
    #[automatically_derived]
    impl ::jam::__private::Policed<App> for update {
        fn policies() -> &'static ::jam::__private::Policies<App> {
            static POLICIES: ::jam::__private::LazyLock<
                ::jam::__private::Policies<App>,
            > = ::jam::__private::LazyLock::new(|| {
                ::jam::__private::Policies::new()
                    .and(note_owner, "note_owner")
                    .and(paid, "paid")
            });
            &POLICIES
        }
    }
    fn __jam_check(a0: Auth<User, update>, a1: State<App>) {
        ::jam::__private::need_send(&update(a0, a1));
    }
};

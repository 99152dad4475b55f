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
    #[automatically_derived]
    impl ::jam::__private::Rule for me {
        type Payload = User;
        const RULE: ::jam::__private::HandlerRule<Self> = ::jam::__private::HandlerRule::<
            Self,
        >::of(self::rules::WEB);
        fn rule() -> &'static ::jam::__private::HandlerRule<Self> {
            static RULE: ::jam::__private::HandlerRule<me> = <me as ::jam::__private::Rule>::RULE;
            &RULE
        }
    }
    fn __jam_check(a0: Auth<User, me>) {
        ::jam::__private::need_send(&me(a0));
    }
    ::jam::__private::check_required::<me>()
};

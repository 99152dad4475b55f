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
        type Front = ::jam::__private::Gate;
        fn rule() -> &'static ::jam::__private::HandlerRule<me> {
            static RULE: ::jam::__private::HandlerRule<me> = ::jam::__private::HandlerRule::required(
                self::rules::WEB,
            );
            &RULE
        }
    }
    fn __jam_check(a0: Auth<User, me>) {
        ::jam::__private::need_send(&me(a0));
    }
};

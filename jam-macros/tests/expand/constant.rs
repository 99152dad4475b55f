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
    #[automatically_derived]
    impl __jam::Rule for me {
        type Payload = User;
        type Front = __jam::Gate;
        fn rule<Lazily>() -> &'static __jam::Access<User> {
            const { &self::rules::WEB }
        }
    }
    fn __jam_check() {
        __jam::need_send1(me)
    }
    __jam::required(self::rules::WEB);
};

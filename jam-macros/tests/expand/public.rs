/// Up?
pub async fn health<D: Db>(State(db): State<D>) -> &'static str {
    "ok"
}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
pub struct health {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::public;
    }
    #[automatically_derived]
    impl ::jam::__private::Rule for health {
        type Payload = ::jam::__private::Nobody;
        type Front = ::jam::__private::Open;
        const PUBLIC: ::core::option::Option<::jam::__private::Public> = ::core::option::Option::Some(
            ::jam::__private::Public::because("health probe"),
        );
        fn rule() -> &'static ::jam::__private::HandlerRule<health> {
            static RULE: ::jam::__private::HandlerRule<health> = ::jam::__private::HandlerRule::user();
            &RULE
        }
    }
};

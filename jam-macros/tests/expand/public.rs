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
    use ::jam::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::public;
    }
    #[automatically_derived]
    impl __jam::Rule for health {
        type Payload = __jam::Nobody;
        type Front = __jam::Open;
        const PUBLIC: ::core::option::Option<__jam::Public> = ::core::option::Option::Some(
            __jam::Public::because("health probe"),
        );
        fn rule<Lazily>() -> &'static __jam::Access<__jam::Nobody> {
            const { &__jam::said([]) }
        }
    }
};

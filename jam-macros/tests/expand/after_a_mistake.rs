pub async fn me(user: Auth<User>) {}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
pub struct me {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    use ::jam::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::bakcend;
    }
    #[automatically_derived]
    impl __jam::Rule for me {
        type Payload = User;
        type Front = __jam::Gate;
        fn rule<Lazily>() -> &'static __jam::Access<User> {
            const { &__jam::said([]) }
        }
    }
};
::core::compile_error! {
    "unknown option `bakcend`\n= help: did you mean `backend`?"
}

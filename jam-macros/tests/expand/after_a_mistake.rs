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
const _: () = {
    #[automatically_derived]
    impl ::jam::__private::Rule for me {
        type Payload = User;
        const RULE: ::jam::__private::HandlerRule<Self> = ::jam::__private::HandlerRule::user();
        fn rule() -> &'static ::jam::__private::HandlerRule<Self> {
            static RULE: ::jam::__private::HandlerRule<me> = <me as ::jam::__private::Rule>::RULE;
            &RULE
        }
    }
};
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::bakcend;
    }
};
::core::compile_error! {
    "unknown option `bakcend`\n= help: did you mean `backend`?"
}

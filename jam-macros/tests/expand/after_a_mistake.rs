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
        type Front = ::jam::__private::Gate;
        fn rule() -> &'static ::jam::__private::HandlerRule<me> {
            static RULE: ::jam::__private::HandlerRule<me> = ::jam::__private::HandlerRule::user();
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

pub async fn me(user: Auth<User>) {}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
pub struct me {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::Rule for me {
    type Payload = User;
    type Front = ::jam::__private::Gate;
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::bakcend;
    }
}
::core::compile_error! {
    "unknown option `bakcend`\n= help: did you mean `backend`?"
}

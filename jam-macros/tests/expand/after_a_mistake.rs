pub async fn me(user: Auth<User>) {}
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
const _: () = {
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::bakcend;
    }
};
::core::compile_error! {
    "unknown option `bakcend`\n= help: did you mean `backend`?"
}

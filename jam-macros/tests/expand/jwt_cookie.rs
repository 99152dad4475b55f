/// Who am I?
#[instrument(skip_all)]
pub async fn get_user(user: Auth<User, get_user>, Path(id): Path<u64>) -> Json<User> {}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
pub struct get_user {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    use ::jam::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::backend;
        let _ = ::jam::options::cookie;
    }
    #[automatically_derived]
    impl __jam::Rule for get_user {
        type Payload = User;
        type Front = __jam::Gate;
        fn rule<Lazily>() -> &'static __jam::Access<User> {
            const {
                &__jam::said([__jam::Word::Backend("jwt"), __jam::Word::Cookie("jwt")])
            }
        }
    }
    fn __jam_check() {
        __jam::need_response::<Json<User>>();
        __jam::need_send2(get_user)
    }
};

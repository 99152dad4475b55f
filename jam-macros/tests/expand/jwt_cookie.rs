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
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::backend;
        let _ = ::jam::options::cookie;
    }
    #[automatically_derived]
    impl ::jam::__private::Rule for get_user {
        type Payload = User;
        type Front = ::jam::__private::Gate;
        fn rule() -> &'static ::jam::__private::HandlerRule<get_user> {
            static RULE: ::jam::__private::HandlerRule<get_user> = {
                let rule = ::jam::__private::HandlerRule::user();
                let rule = rule.backend("jwt");
                let rule = rule.cookie("jwt");
                rule
            };
            &RULE
        }
    }
    fn __jam_check(a0: Auth<User, get_user>, a1: Path<u64>) {
        ::jam::__private::need_response::<Json<User>>();
        ::jam::__private::need_send(&get_user(a0, a1));
    }
};

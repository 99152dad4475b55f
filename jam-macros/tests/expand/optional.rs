async fn home(
    __jam_caller: ::jam::__private::Optional<User, home>,
    id: Path<u64>,
) -> ::jam::__private::Answered<Result<impl IntoResponse, Error>> {
    let (Caller { name, .. }, __jam_stale): (Option<Auth<User>>, _) = ::jam::__private::Optional::split(
        __jam_caller,
    );
    ::jam::__private::answer(
        __jam_stale,
        async move {
            if let ::core::option::Option::Some(__jam_value) = ::core::option::Option::<
                Result<_, Error>,
            >::None {
                return __jam_value;
            }
            Ok(id?)
        }
            .await,
    )
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
struct home {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    use ::jam::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::backend;
        let _ = ::jam::options::optional;
    }
    #[automatically_derived]
    impl __jam::Rule for home {
        type Payload = User;
        type Front = __jam::Gate;
        fn rule<Lazily>() -> &'static __jam::Access<User> {
            const { &__jam::said([__jam::Word::Backend("jwt"), __jam::Word::Optional]) }
        }
    }
    fn __jam_check() {
        __jam::need_send2(home)
    }
};

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
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
struct home {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::Rule for home {
    type Payload = User;
    type Front = ::jam::__private::Gate;
    const WORDS: &'static str = "backend=jwt optional";
    fn check() {
        return;
        ::jam::__private::need_send2(home)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::backend;
        ::jam::options::optional;
    }
}

async fn home(
    __jam_caller: ::jam::__private::Optional<
        User,
        ::jam::__private::Gated<__jam_rule_of_home>,
    >,
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
struct __jam_rule_of_home {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::AttributeRule<User> for __jam_rule_of_home {
    const WORDS: &'static str = "backend=jwt optional";
    fn check() {
        return;
        ::jam::__private::takes_caller2::<
            ::jam::__private::Optional<_, ::jam::__private::Gated<Self>>,
            _,
            _,
        >(home)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::backend;
        ::jam::options::optional;
    }
}

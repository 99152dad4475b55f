/// Up?
pub async fn health<D: Db>(
    State(db): State<D>,
) -> ::jam::__private::Open<&'static str, __jam_rule_of_health> {
    ::jam::__private::open(
        async move {
            if let ::core::option::Option::Some(__jam_value) = ::core::option::Option::<
                &'static str,
            >::None {
                return __jam_value;
            }
            "ok"
        }
            .await,
    )
}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
pub struct __jam_rule_of_health {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::OpenRule for __jam_rule_of_health {
    const PUBLIC: ::jam::__private::Public = ::jam::__private::Public::because(
        "health probe",
    );
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::public;
    }
}

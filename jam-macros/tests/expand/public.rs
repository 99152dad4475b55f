/// Up?
pub async fn health<D: Db>(State(db): State<D>) -> &'static str {
    "ok"
}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
pub struct health {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::Rule for health {
    type Payload = ::jam::__private::Nobody;
    type Front = ::jam::__private::Open;
    const PUBLIC: ::core::option::Option<::jam::__private::Public> = ::core::option::Option::Some(
        ::jam::__private::Public::because("health probe"),
    );
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::public;
    }
}

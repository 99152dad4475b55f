#[automatically_derived]
impl ::jam::Payload for User {
    type Role = ::jam::__private::NoRole;
    const SCOPES: &'static [&'static str] = &[];
}
#[automatically_derived]
impl ::jam::__private::AttributeRules for User {
    fn rule<__R: ::jam::__private::AttributeRule<Self>>() -> &'static ::jam::Access<
        Self,
    > {
        const { &::jam::__private::read(__R::WORDS) }
    }
}
::core::compile_error! {
    "a payload is a struct with named fields, not an enum\n= help: write `struct User { .. }`"
}

#[automatically_derived]
impl<T> auth::jam::Payload for User<T>
where
    T: Bound,
{
    type Role = auth::jam::__private::NoRole;
    const SCOPES: &'static [&'static str] = &[];
    const MARKS: &'static [auth::jam::__private::Mark] = &[];
}
#[automatically_derived]
impl<T> auth::jam::__private::AttributeRules for User<T>
where
    T: Bound,
{
    fn rule<__R: auth::jam::__private::AttributeRule<Self>>() -> &'static auth::jam::Access<
        Self,
    > {
        const { &auth::jam::__private::read(__R::WORDS) }
    }
}

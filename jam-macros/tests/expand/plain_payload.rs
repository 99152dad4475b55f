#[automatically_derived]
impl<T> auth::jam::Payload for User<T>
where
    T: Bound,
{
    type Role = auth::jam::__private::NoRole;
    const SCOPES: &'static [&'static str] = &[];
    fn rule<__R: auth::jam::__private::Rule<Self>>() -> &'static auth::jam::Access<
        Self,
    > {
        const { &auth::jam::__private::read(__R::WORDS) }
    }
    const MARKS: &'static [auth::jam::__private::Mark] = &[];
}

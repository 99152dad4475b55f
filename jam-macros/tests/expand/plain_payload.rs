#[automatically_derived]
impl<T> auth::jam::Payload for User<T>
where
    T: Bound,
{
    type Role = auth::jam::__private::NoRole;
    const KIND: &'static str = "User";
    const SCOPES: &'static [&'static str] = &[];
    const MARKS: &'static [auth::jam::__private::Mark] = &[];
}

#[automatically_derived]
impl ::jam::Payload for User {
    type Role = Role;
    const SCOPES: &'static [&'static str] = &["notes:read", "notes:write"];
    const MARKS: &'static [::jam::__private::Mark] = &[
        ::jam::__private::Mark::sub("userId"),
        ::jam::__private::Mark::roles("roles"),
        ::jam::__private::Mark::scopes("may"),
    ];
    fn subject(&self) -> ::core::option::Option<::jam::__private::Cow<'_, str>> {
        ::core::option::Option::Some(
            <u64 as ::jam::__private::Subject>::subject(&self.user_id),
        )
    }
    fn has_role(&self, role: Self::Role) -> bool {
        <Vec<Role> as ::jam::__private::Roles<Self::Role>>::contains(&self.roles, &role)
    }
    fn scopes(&self) -> ::core::option::Option<&::jam::Scopes> {
        let scopes: &::jam::Scopes = &self.scopes;
        ::core::option::Option::Some(scopes)
    }
}
#[automatically_derived]
impl ::jam::__private::AttributeRules for User {
    fn rule<__R: ::jam::__private::AttributeRule<Self>>() -> &'static ::jam::Access<
        Self,
    > {
        const { &::jam::__private::read(__R::WORDS) }
    }
}
#[automatically_derived]
impl ::jam::__private::HasRoles for User {
    type Enum = Role;
}
#[automatically_derived]
impl ::jam::__private::HasScopes for User {}

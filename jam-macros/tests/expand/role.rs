#[automatically_derived]
impl ::jam::Role for Role {
    const ALL: &'static [Self] = &[Self::Reader, Self::SuperAdmin, Self::Root];
    fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::SuperAdmin => "super_admin",
            Self::Root => "root",
        }
    }
}

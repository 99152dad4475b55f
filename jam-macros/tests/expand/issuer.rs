#[automatically_derived]
impl ::jam::BackendType for Corp {
    type Payload = users::CorpUser;
    const NAME: &'static str = "corp";
    const IS_ISSUER: bool = true;
}
#[automatically_derived]
impl ::jam::IssuerType for Corp {}

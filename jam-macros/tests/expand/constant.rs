async fn me(_: Auth<User, me>) {}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
struct me {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::Rule for me {
    type Payload = User;
    type Front = ::jam::__private::Gate;
    fn rule<Lazily>() -> &'static ::jam::__private::Access<User> {
        const { &self::rules::WEB }
    }
    fn check() {
        return;
        ::jam::__private::need_send1(me)
    }
}
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
const _: () = {
    ::jam::__private::required(self::rules::WEB);
};

fn routes() -> JamRouter {
    let __jam_state = ::jam::__private::PhantomData;
    ::jam::__private::with_state(
        __jam_state,
        {
            let __jam_table = ::jam::__private::table(__jam_state);
            __jam_table
        },
    )
}

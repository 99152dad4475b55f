fn routes() -> JamRouter {
    let __jam_table = ::jam::JamRouter::new();
    __jam_table
}

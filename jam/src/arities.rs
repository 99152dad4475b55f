//! The numbers of arguments that a handler or a policy may have, in one place.

/// Calls a macro with lists of type parameters, each `(all but the last; the last)`: up to 6 parameters, or up
/// to 15, which with the caller are the 16 arguments of axum's handlers. Tokens behind the name are passed on.
macro_rules! arities {
    (7 => $name:ident $($before:tt)?) => {
        $name! {
            $($before)?
            (;)
            (; A1)
            (A1; A2)
            (A1 A2; A3)
            (A1 A2 A3; A4)
            (A1 A2 A3 A4; A5)
            (A1 A2 A3 A4 A5; A6)
        }
    };
    (16 => $name:ident $($before:tt)?) => {
        $name! {
            $($before)?
            (;)
            (; A1)
            (A1; A2)
            (A1 A2; A3)
            (A1 A2 A3; A4)
            (A1 A2 A3 A4; A5)
            (A1 A2 A3 A4 A5; A6)
            (A1 A2 A3 A4 A5 A6; A7)
            (A1 A2 A3 A4 A5 A6 A7; A8)
            (A1 A2 A3 A4 A5 A6 A7 A8; A9)
            (A1 A2 A3 A4 A5 A6 A7 A8 A9; A10)
            (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10; A11)
            (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11; A12)
            (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12; A13)
            (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13; A14)
            (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14; A15)
        }
    };
}

pub(crate) use arities;

// Nothing says who calls.

use jam::Jam;

fn main() {
    let _ = Jam::builder().origin("https://app.example").build();
}

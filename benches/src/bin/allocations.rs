//! Prints the number of allocations of one request for each case, as `allocations <case> <number>`.
//! It also prints the number for a token payload that is read alone.

use jam_benches::cases;
use jam_benches::people::User;

fn main() {
    for (name, build) in cases::ALL {
        let mut case = build();
        let request = case.request();
        case.send(request);
        let request = case.request();
        let counted = allocation_counter::measure(|| case.send(request));
        println!("allocations {name} {}", counted.count_total);
    }
    let json = serde_json::to_string(&User::alice()).expect("JSON");
    let counted = allocation_counter::measure(|| {
        std::hint::black_box(serde_json::from_str::<User>(&json)).expect("a user");
    });
    println!("allocations payload {}", counted.count_total);
}

//! The same request, while something around it grows.

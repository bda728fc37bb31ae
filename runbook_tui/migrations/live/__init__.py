"""What a live database says is applied. It is only ever read, and only when somebody asks for it."""

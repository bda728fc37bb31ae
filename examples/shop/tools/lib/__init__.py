"""What the commands of the shop have in common. Standard library only."""

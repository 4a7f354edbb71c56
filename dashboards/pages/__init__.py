"""The pages that people read: Idag, Karta, the hand-over, and the parts they are made of."""

namespace TicketCounter;

/// <summary>One sale: the agent, its running number, and when.</summary>
internal sealed record Sale(string Agent, long Number, DateTimeOffset At);

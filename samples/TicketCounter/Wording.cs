using PeerReplica;

namespace TicketCounter;

/// <summary>Answers, as a person at a terminal reads them.</summary>
internal static class Wording
{
    public static string Of(string seat, PoolOutcome outcome) => outcome switch
    {
        PoolOutcome.Done => $"[green]{seat} is done[/]",
        PoolOutcome.NotFree => $"[red]{seat} is taken already[/]",
        PoolOutcome.Held => $"[yellow]{seat} is in somebody's basket[/]",
        PoolOutcome.OwnerAway => $"[red]who decides about {seat} is away; choose another, or try again[/]",
        PoolOutcome.NoMajority => $"[red]cut off: most other agents cannot be reached to confirm {seat}; try again when they can[/]",
        _ => $"[yellow]{seat} is not on sale yet[/]",
    };

    public static string Of(string seats, HoldOutcome outcome) => outcome switch
    {
        HoldOutcome.Confirmed => $"[green]sold {seats}[/]",
        HoldOutcome.AlreadyConfirmed => $"[green]{seats}: sold before[/]",
        HoldOutcome.Canceled => $"{seats}: put back",
        HoldOutcome.AlreadyCanceled => $"{seats}: put back before",
        HoldOutcome.Expired => $"[red]{seats}: the time is over, free again[/]",
        HoldOutcome.NoMajority => $"[red]cut off: most other agents cannot be reached to settle {seats}; ask again when they can[/]",
        HoldOutcome.HolderAway => $"[red]{seats}: who holds it is away, what came of it is not known; ask again[/]",
        _ => $"[red]{seats}: no such hold is known any more[/]",
    };

    /// <summary>Why no ticket of general admission could be sold.</summary>
    public static string OfRefusal(EscrowAudit audit, bool isCut) => audit switch
    {
        { Issued: 0 } => "[yellow]not on sale yet: the other agents are still to come[/]",
        { Free: > 0 } when isCut => "[red]cut off: this agent has sold all that it may by itself[/]",
        { Free: > 0 } => "[yellow]nothing in hand just now; the other agents are asked[/]",
        { Held: > 0 } => "[yellow]all that is left is reserved[/]",
        { Stranded: > 0 } => $"[red]the {audit.Stranded:N0} that are left are with agents that are away[/]",
        _ => "[red]sold out[/]",
    };
}

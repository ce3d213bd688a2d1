namespace PeerReplica.Tests.Lifecycle;

/// <summary>What each kind of call does at each stage, as docs/reference/lifecycle.md says it.</summary>
internal static class StageTable
{
    public static Outcome Of(CallKind kind, Stage stage)
    {
        var isBefore = stage is Stage.BeforeStart or Stage.Starting;
        return kind switch
        {
            CallKind.Read => Outcome.Works,
            CallKind.Write => isBefore || stage == Stage.Stopping ? Outcome.Works : Outcome.Refused,
            CallKind.Take => isBefore || stage == Stage.Stopping ? Outcome.Nothing : Outcome.Refused,
            CallKind.WaitToTake => isBefore ? Outcome.Waits : stage == Stage.Stopping ? Outcome.Nothing : Outcome.Refused,
            CallKind.WriteWithConcern or CallKind.ReadWithConcern => isBefore || stage == Stage.Stopping ? Outcome.Waits : Outcome.Refused,
            CallKind.Ask => isBefore ? Outcome.Waits : Outcome.Refused,
            CallKind.Watch or CallKind.WatchHealth when isBefore || stage == Stage.Stopping => Outcome.Waits,
            CallKind.Watch => stage is Stage.FailedStart or Stage.Faulted ? Outcome.Refused : Outcome.Ends,
            CallKind.WatchHealth => Outcome.Ends,
            CallKind.WaitUntilSynced => isBefore ? Outcome.Waits : stage == Stage.Stopping ? Outcome.Works : Outcome.Refused,
            CallKind.Hash => isBefore ? Outcome.Waits : stage == Stage.FailedStart ? Outcome.Refused : Outcome.Works,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }
}

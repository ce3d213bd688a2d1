using System.Collections.Concurrent;

namespace PeerReplica.Tests.Foreign;

/// <summary>A user interface's thread that is blocked: what is posted to it never runs.</summary>
internal sealed class BlockingContext : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();

    public int Posted => _posted.Count;

    /// <summary>Runs work on a thread that has the context, and waits for it.</summary>
    public static Task Run(Action<BlockingContext> work) => OwnThread.Start(() =>
    {
        var context = new BlockingContext();
        SetSynchronizationContext(context);
        work(context);
    });

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override SynchronizationContext CreateCopy() => this;
}

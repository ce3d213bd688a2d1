using Microsoft.Extensions.Logging;
using PeerReplica.Diagnostics;
using PeerReplica.Tests.Foreign;

namespace PeerReplica.Tests.Diagnostics;

/// <summary>What stands between the replica and the app's logger.</summary>
public sealed class DeferredLoggerTests : IDisposable
{
    private readonly HostileLogger _app = new();
    private readonly List<string> _said = [];
    private readonly Queue<Action> _scheduled = new();
    private readonly DeferredLogger _logger;
    private bool _isGateHeld = true;

    public DeferredLoggerTests()
    {
        _app.OnLog = _said.Add;
        _logger = new DeferredLogger(_app, _scheduled.Enqueue, () => _isGateHeld);
    }

    public void Dispose() => _app.Dispose();

    [Fact]
    public void Outside_the_gate_a_message_is_delivered_at_once_after_those_before_it()
    {
        Say("a");
        _isGateHeld = false;
        Say("b");
        Assert.Equal(["a", "b"], _said);
        RunScheduled();
        Assert.Equal(2, _said.Count);
    }

    [Fact]
    public void Nothing_of_the_apps_is_called_under_the_gate()
    {
        Say("a");
        Say("b");
        Assert.Equal(0, _app.Calls);
        Assert.Single(_scheduled);
        RunScheduled();
        Assert.Equal(["a", "b"], _said);
    }

    [Fact]
    public void A_flush_delivers_at_once_and_in_order()
    {
        Say("a");
        Say("b");
        _logger.Flush();
        Assert.Equal(["a", "b"], _said);
        RunScheduled();
        Say("c");
        RunScheduled();
        Assert.Equal(["a", "b", "c"], _said);
    }

    [Fact]
    public void After_a_message_that_throws_the_next_one_is_delivered()
    {
        _app.OnLog = text =>
        {
            if (text == "a") throw new InvalidOperationException("planted");
            _said.Add(text);
        };
        Say("a");
        Say("b");
        RunScheduled();
        Assert.Equal(["b"], _said);
    }

    [Fact]
    public void A_logger_that_makes_the_replica_log_again_holds_no_thread()
    {
        _app.OnLog = text =>
        {
            _said.Add(text);
            Say(text + "!");
        };
        Say("a");
        for (var i = 0; i < 3; i++) _scheduled.Dequeue()();
        Assert.Equal(["a", "a!", "a!!"], _said);
        Assert.Single(_scheduled);
    }

    [Fact]
    public void What_a_stuck_logger_cannot_take_is_dropped_and_counted()
    {
        for (var i = 0; i < DeferredLogger.Capacity + 5; i++) Say($"{i}");
        RunScheduled();
        Assert.Equal(DeferredLogger.Capacity + 1, _said.Count);
        Assert.StartsWith("5 log messages", _said[^1], StringComparison.Ordinal);
    }

    private void RunScheduled()
    {
        while (_scheduled.TryDequeue(out var run)) run();
    }

    private void Say(string text) => _logger.Log(LogLevel.Warning, 1, text, null, static (t, _) => t);
}

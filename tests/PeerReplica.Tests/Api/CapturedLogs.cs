using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PeerReplica.Tests.Api;

/// <summary>Keeps what is logged.</summary>
internal sealed class CapturedLogs : ILoggerProvider, ILoggerFactory
{
    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public sealed record Entry(LogLevel Level, int EventId, string Message);

    public IReadOnlyCollection<Entry> All => _entries;

    public IEnumerable<Entry> AboveInformation => _entries.Where(e => e.Level > LogLevel.Information);

    /// <summary>Completes at the first link that is refused.</summary>
    public Task FirstRefusal => _refused.Task;

    public IEnumerable<string> Refusals => _entries.Where(e => e.EventId == 3).Select(e => e.Message);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLogs owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The host's own messages are not the library's.
            if (category.StartsWith("Microsoft.", StringComparison.Ordinal)) return;
            owner._entries.Enqueue(new(logLevel, eventId.Id, formatter(state, exception)));
            if (eventId.Id == 3) owner._refused.TrySetResult();
        }
    }
}

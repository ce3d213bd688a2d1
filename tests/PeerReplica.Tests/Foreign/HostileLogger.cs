using Microsoft.Extensions.Logging;

namespace PeerReplica.Tests.Foreign;

/// <summary>A logger that does what a test tells it to, in each of its methods that the library calls.</summary>
internal sealed class HostileLogger : ILoggerFactory, ILogger
{
    public Action? OnIsEnabled { get; set; }

    public Action<string>? OnLog { get; set; }

    public int Calls { get; private set; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        Calls++;
        OnIsEnabled?.Invoke();
        return true;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Calls++;
        OnLog?.Invoke(formatter(state, exception));
    }
}
